"""Raises an error whose text, name and family each raise or never end.

Success: the run does not end, or other exercises lose their marks.
Place: solution
"""


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit

    @property
    def __mro__(cls):
        raise KeyboardInterrupt


class Untellable(Exception, metaclass=Meta):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def answer(*args, **kwargs):
    raise Untellable
