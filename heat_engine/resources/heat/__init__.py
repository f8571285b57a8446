"""Types that exist in the engine alone: OS::Heat::*."""
