"""Types that a cloud makes: OS::Nova::*, OS::Neutron::*, OS::Cinder::*."""
