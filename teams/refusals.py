"""What an action of this room says when it cannot be done."""


class Refusal(Exception):
    """The action is not possible now; the message is a translated sentence that says why, or what to do first."""
