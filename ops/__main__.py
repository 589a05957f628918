"""The operators' command line: ``python -m ops``, or ``airium-ops`` where it is installed."""

import typer

from ops.commands import audit, connections, doctor, forget, metrics, read_models, tail, timeline

# plain help: rich's would read Markdown and pygments first, for a third of what help costs
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def main() -> None:
    """Work on a deployed backend: by default on the embedded AWS that `make up` started."""


app.command()(audit.audit)
app.command()(audit.state)
app.command()(tail.tail)
app.command()(timeline.timeline)
app.command()(metrics.metrics)
app.add_typer(connections.app, name="connections")
app.command()(forget.forget)
app.command()(doctor.doctor)
app.command()(read_models.verify)
app.command()(read_models.rebuild)
app.command()(read_models.redrive)

if __name__ == "__main__":
    app()
