"""A group of commands that says what was meant where a word is none of them."""

from typing import Any

import click

from grader.errors import did_you_mean


class SuggestingGroup(click.Group):
    """Click's own suggestion came with one of its later versions; this one is in all."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}. {did_you_mean(args[0], names)}")
        found: tuple[Any, Any, list[str]] = super().resolve_command(ctx, args)
        return found
