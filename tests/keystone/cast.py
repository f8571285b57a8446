"""Who is in the Keystone of the tests. Everybody's password is the same."""

PASSWORD = "secret"
REGION = "RegionOne"
ADMIN = "admin"  # of the project of that name, and of the system
PROJECTS = ("garden", "harbour", "service")
ROLES = ("heat_stack_owner", "heat_stack_user")
SERVICE = ("hearth", "service")
HEAT_DOMAIN = "heat"
DOMAIN_ADMIN = "heat_domain_admin"
# User and project, and the roles there.
MEMBERS = {
    ("alice", "garden"): ("member", "heat_stack_owner"),
    ("alice", "harbour"): ("reader",),
    ("carol", "garden"): ("member",),
    ("rita", "garden"): ("reader",),
    ("ada", "garden"): ("admin",),
    ("gus", "garden"): ("heat_stack_user",),
    ("bob", "harbour"): ("member",),
}
