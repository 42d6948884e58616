"""The application factory, `create_app(settings)`. Nothing happens at import."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask
from flask.helpers import get_debug_flag
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.redaction import RedactingStore
from backchannel.domain.errors import Invalid
from backchannel.live import handlers
from backchannel.live.dispatcher import Dispatcher
from backchannel.live.limits import Limits
from backchannel.live.presence import Presence
from backchannel.live.services import Services
from backchannel.live.transport import lifecycle
from backchannel.live.transport.fanout import Fanout, TextPacket
from backchannel.live.transport.outbox import Outbox
from backchannel.live.transport.websocket import WebSocket
from backchannel.passes import Passes
from backchannel.store.base import Store
from backchannel.store.group import GroupCommit
from backchannel.store.opening import open_store
from backchannel.web import (
    api,
    compress,
    coverage,
    edit,
    embed,
    errors,
    event_settings,
    filters,
    follow,
    grid_edit,
    guard,
    handout,
    join,
    marks,
    mine,
    moderate,
    new,
    offline,
    openapi,
    organise,
    pages,
    people,
    pitches,
    report,
    rules,
    schedule_in,
    schedule_out,
    scribe,
    syndication,
    timelines,
    triage,
    unchanged,
    wall,
    websub,
    writeups,
)

WEB = (  # in the order of registration: hooks that run after a request run in the opposite order
    unchanged, compress, guard, errors, filters, pages, timelines, api, openapi, follow, join, scribe, new, organise, handout,
    people, event_settings, triage, grid_edit, pitches, writeups, edit, mine, offline, websub, syndication, wall, embed,
    schedule_in, schedule_out, moderate, rules, report,
    coverage, marks,
)  # fmt: skip

MAX_MESSAGE_BYTES = 64 * 1024  # bytes in a socket message


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application with its store open and its dispatcher running. gevent must have patched the process
    (app.py).
    """
    settings = settings or Settings.from_environment()
    _refuse_unsafe_public_server(settings)
    app = Flask("backchannel", template_folder=_folder("templates"), static_folder=_folder("static"))
    app.config.update(
        MAX_CONTENT_LENGTH=1024 * 1024,
        TRUSTED_HOSTS=guard.trusted_hosts(settings.public_url, settings.host),
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    socketio = _socketio(app, settings)
    store = open_store(settings.db)
    services = _services(settings, GroupCommit(store), Passes(settings.signing_secret(store.secret)), socketio)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    limits = Limits(settings.limits, settings.sockets)
    app.extensions |= {"backchannel": services, "backchannel limits": limits}
    handlers.register(socketio, services, limits)
    lifecycle.watch(socketio.server)
    for part in WEB:
        part.register(app)
    socketio.start_background_task(services.dispatcher.run)
    return app


def _refuse_unsafe_public_server(settings: Settings) -> None:
    """Raise `Invalid` for settings that would expose a public server."""
    if settings.public_url and get_debug_flag():
        raise Invalid("Debug mode would show the server's internals to visitors. Unset FLASK_DEBUG or BACKCHANNEL_PUBLIC_URL.")
    if settings.public_url and os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        raise Invalid("`flask run` is for development only. For a public server, run `backchannel serve`.")


def _services(settings: Settings, store: Store, passes: Passes, socketio: SocketIO) -> Services:
    redacting = RedactingStore(store)  # for everything that goes out; the desk uses the store itself
    dispatcher = Dispatcher(redacting, socketio)
    desk = Desk(store, nudge=dispatcher.nudge)
    return Services(
        settings=settings,
        store=redacting,
        desk=desk,
        presence=Presence(desk),
        passes=passes,
        dispatcher=dispatcher,
    )


def _socketio(app: Flask, settings: Settings) -> SocketIO:
    # Created here because init_app(message_queue=) would silently replace the client manager.
    socketio = SocketIO(
        app,
        client_manager=Fanout(),
        serializer=TextPacket,
        async_mode="gevent",
        transports=["websocket"],
        async_handlers=False,
        cors_allowed_origins=guard.socket_origins(settings),
        max_http_buffer_size=MAX_MESSAGE_BYTES,
        manage_session=False,
        monitor_clients=False,  # live/transport/lifecycle.py does
    )
    engine = socketio.server.eio
    # The slots that Engine.IO's async drivers fill.
    engine._async = {**engine._async, "websocket": WebSocket, "queue": Outbox}
    return socketio


def _folder(name: str) -> str:
    """Return the folder of templates or static files: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return str(inside if inside.is_dir() else package.parent / name)
