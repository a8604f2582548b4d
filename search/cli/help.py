"""The command `help`: the help of a command, a page on a topic, or the man page."""

from __future__ import annotations

import click

from search.cli.topics import TOPICS, topic_as_text


@click.command("help")
@click.argument("subject", metavar="[TOPIC|COMMAND]", required=False)
@click.option("--man", is_flag=True, help="Print all of it as a man page: news help --man > news.1")
@click.pass_context
def show_help(context: click.Context, subject: str | None, man: bool) -> None:
    """Print help on a topic or a command.

    Topics are query, dates and settings.

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
