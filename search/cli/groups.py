"""The command `news` itself: its commands under headings, the topics of help, the exit codes."""

from __future__ import annotations

import click

from search.cli.options import EXIT_MEANINGS
from search.cli.topics import TOPICS

_OTHER_NAMES = {
    "add": "index", "import": "index", "ingest": "index", "load": "index", "update": "index", "init": "index",
    "create": "index", "find": "search", "query": "search", "grep": "search", "get": "show", "cat": "show",
    "read": "show", "remove": "delete", "rm": "delete", "check": "verify", "info": "stats", "log": "history",
    "versions": "history", "compare": "diff", "concordance": "kwic", "alerts": "saved", "repair": "rebuild",
}  # fmt: skip
"""Commands of other programs, and what they are called here."""


class HeadedGroup(click.Group):
    """A group whose help lists its commands under headings, in the order in which they were added."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what click gives its own group
        self.headings: dict[str, tuple[click.Command, ...]] = {}

    def add_under(self, heading: str, *commands: click.Command) -> None:
        """Add the commands, and list them under `heading`."""
        self.headings[heading] = commands
        for command in commands:
            self.add_command(command)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [str(command.name) for commands in self.headings.values() for command in commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write a table for each heading; a long line is wrapped and never cut."""
        width = max(map(len, self.commands))
        for heading, commands in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(f"{command.name:<{width}}", command.get_short_help_str(500)) for command in commands]
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the topics of `news help`, and the exit codes."""
        with formatter.section("More help"):
            rows = [(f"news help {topic.name}", topic.summary) for topic in TOPICS.values()]
            formatter.write_dl([("news help COMMAND", "The help of a command."), *rows])
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_MEANINGS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            options = {
                name for command in self.commands.values() for each in command.params for name in each.opts
            }
            if error.option_name in options:
                hint = f"No such option '{error.option_name}' here; give it after the command: news COMMAND …"
                raise click.UsageError(f"{hint} {error.option_name} …", ctx) from error
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if (name := _OTHER_NAMES.get(args[0])) is not None:
            error = click.UsageError(f"No such command '{args[0]}'. Did you mean '{name}'?", ctx)
            error.possibilities = [name]  # type: ignore[attr-defined]  # as click's own error has them
            raise error
        return super().resolve_command(ctx, args)
