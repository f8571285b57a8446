"""Templates for the clients' tests."""

from __future__ import annotations

WORDS = """\
heat_template_version: 2021-04-16
description: two strings and a value made of them
parameters:
  length:
    type: number
    default: 8
    label: Length
    constraints: [{range: {min: 4, max: 64}}]
  secret: {type: string, hidden: true, default: swordfish}
resources:
  first:
    type: OS::Heat::RandomString
    metadata: {colour: green}
    properties: {length: {get_param: length}}
  second:
    type: OS::Heat::RandomString
    depends_on: first
  both:
    type: OS::Heat::Value
    properties:
      type: string
      value: {list_join: ['-', [{get_attr: [first, value]}, {get_attr: [second, value]}]]}
outputs:
  both:
    description: the two, joined
    value: {get_attr: [both, value]}
"""
# Never ends by itself.
WAITING = """\
heat_template_version: 2021-04-16
resources:
  handle: {type: OS::Heat::WaitConditionHandle}
  wait:
    type: OS::Heat::WaitCondition
    properties: {handle: {get_resource: handle}, timeout: 600}
outputs:
  data: {value: {get_attr: [wait, data]}}
"""
# The file `inner.yaml` beside it is the type of its resource.
OUTER = """\
heat_template_version: 2021-04-16
parameters:
  length: {type: number, default: 5}
resources:
  inner:
    type: inner.yaml
    properties: {length: {get_param: length}}
  note:
    type: OS::Heat::Value
    properties: {value: {get_file: note.txt}}
outputs:
  word: {value: {get_attr: [inner, word]}}
  note: {value: {get_attr: [note, value]}}
"""
INNER = """\
heat_template_version: 2021-04-16
parameters:
  length: {type: number}
resources:
  deep:
    type: OS::Heat::RandomString
    properties: {length: {get_param: length}}
outputs:
  word: {value: {get_attr: [deep, value]}}
"""
# Fails three levels below, where `inner.yaml` is FAILING.
FAILING = """\
heat_template_version: 2021-04-16
parameters:
  length: {type: number}
resources:
  deep:
    type: OS::Heat::TestResource
    properties: {value: nothing, fail: true}
"""
