"""How a message can fail to leave."""


class NotSent(Exception):
    """The gateway refused, or could not be reached; the message says why, without personal data."""


class NoWay(NotSent):
    """There is no gateway: trying again makes no sense."""
