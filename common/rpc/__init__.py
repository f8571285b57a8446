"""Calls between the front ends and the engines: oslo.messaging, JSON only, threads only."""

from oslo_service import backend

# oslo.messaging asks oslo.service for its way to run things, and gets eventlet unless told.
backend.init_backend(backend.BackendType.THREADING)
