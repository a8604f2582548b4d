"""The commands that describe the program: help, and schema for its output in JSON."""

from __future__ import annotations

import click

from search.cli.options import completed
from search.cli.topics import TOPICS, topic_as_text


@click.command("help")
@click.argument(
    "subject", metavar="[TOPIC|COMMAND]", required=False, shell_complete=completed("complete_help")
)
@click.option("--man", is_flag=True, help="Print all of it as a man page: news help --man > news.1")
@click.pass_context
def show_help(context: click.Context, subject: str | None, man: bool) -> None:
    """Print help on a topic or a command.

    Topics are query, dates, output and settings.

    \b
      news help query
      news help search
      news help --man > news.1
    """
    parent = context.parent
    assert parent is not None
    assert isinstance(parent.command, click.Group)
    if man:
        from search.cli.manual import manual

        click.echo(manual(parent))
    elif subject is None:
        click.echo(parent.get_help())
    elif subject in TOPICS:
        click.echo(topic_as_text(TOPICS[subject], context.make_formatter()))
    elif (command := parent.command.get_command(parent, subject)) is not None:
        click.echo(command.get_help(click.Context(command, parent, subject)))
    else:
        raise click.UsageError(
            f"There is no help on '{subject}'. Topics are {', '.join(TOPICS)}, and each command is one."
        )


@click.command()
@click.argument("name", required=False, shell_complete=completed("complete_schema"))
def schema(name: str | None) -> None:
    """Print the JSON Schema of an output.

    Without a NAME, print the names. Later versions may add properties, but take none away.

    \b
      news schema search
      news schema error
    """
    from search.present.json_schemas import SCHEMA_NAMES, schema_as_json

    if name is None:
        width = max(map(len, SCHEMA_NAMES))
        for each, meaning in SCHEMA_NAMES.items():
            click.echo(f"{each:<{width}}  {meaning}")
    elif name in SCHEMA_NAMES:
        click.echo(schema_as_json(name))
    else:
        raise click.UsageError(f"There is no schema '{name}'. Schemas are {', '.join(SCHEMA_NAMES)}.")
