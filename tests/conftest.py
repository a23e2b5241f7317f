"""What holds for all tests."""

from hypothesis import settings

# a busy machine is no fault of what is tested: no test asserts a time, nor lets hypothesis do so
settings.register_profile("comity", deadline=None)
settings.load_profile("comity")
