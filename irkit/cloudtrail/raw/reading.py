"""Read one file: the records in it that a query asks for, what was looked at, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.cloudtrail.raw.forms import Form, Text, form_of
from irkit.cloudtrail.raw.inflated import Broken, inflated
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.splitter import NoLog
from irkit.cloudtrail.raw.taking import Part, Taker

__all__ = ["Part", "Reader"]


class Reader(Taker):
    """Reads files for one query."""

    def read(self, file: RawFile) -> Iterator[Part]:
        """What a file gives, a part a block; at least one."""
        if file.told:
            yield Part(skipped=file.told)
            return
        text = Text(self, file.place)
        blocks = inflated(file)
        form: Form | None = None
        broken: Broken | None = None
        try:
            while True:
                try:
                    block = next(blocks)
                except StopIteration as end:
                    broken = end.value
                    break
                form = form or form_of(text, block)
                yield from form.take(block)
                text.gaps.stop_if_no_log()
            if form is not None:
                yield from form.end()
        except NoLog as error:
            yield text.unread(error.offset, error.why)
            return
        if broken is not None:
            yield text.unread(broken.offset, broken.why)
        elif form is None:
            yield text.unread(0, "is empty")
        elif form.rest >= 0:
            yield text.unread(form.rest, "is cut off")
        if text.gaps.more:
            yield text.unread(0, f"{text.gaps.more} more parts of it cannot be read")
