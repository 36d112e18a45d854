"""How a message can fail to leave."""


class NotSent(Exception):
    """The gateway refused, or could not be reached; the message says why, without personal data."""


class NoWay(NotSent):
    """No gateway can take it, as there is none or the address is none: trying again makes no sense."""
