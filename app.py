"""`python app.py`, `flask run`, or gunicorn with its gevent worker. `backchannel serve` is the usual way."""

from gevent import monkey

monkey.patch_all()

from backchannel.factory import create_app  # noqa: E402  patched first: what is imported now is meant to be green
from backchannel.server import serve_app  # noqa: E402

app = create_app()

if __name__ == "__main__":
    serve_app(app)
