"""Whether this installation is still empty."""

from teams.models import User

_is_set_up = False


def needs_setup() -> bool:
    """Return whether there is no user at all; once there is one, the answer is kept and costs nothing."""
    global _is_set_up
    if not _is_set_up:
        _is_set_up = User.objects.exists()
    return not _is_set_up


def forget_setup() -> None:
    """Look again; for tests, whose users go with the test."""
    global _is_set_up
    _is_set_up = False
