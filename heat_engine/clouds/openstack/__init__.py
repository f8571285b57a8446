"""Real clouds: the OpenStack services' REST APIs, through keystoneauth sessions."""
