"""The production server: one process under gevent's pywsgi, or several under gunicorn's gevent worker."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import Any

import gevent
from flask import Flask
from gevent.event import Event
from gevent.pywsgi import WSGIHandler, WSGIServer

from backchannel.config import Settings
from backchannel.desk.reviser import Reviser
from backchannel.domain.errors import AlreadyExists, Invalid
from backchannel.factory import create_app
from backchannel.ingest.poller import Poller
from backchannel.ingest.schedules.watch import Watcher
from backchannel.live.services import Services
from backchannel.live.watchdog import Watchdog

SHUTDOWN_GRACE_S = 3  # between SIGTERM and the end of the process
IDLE_TIMEOUT_S = 75.0  # without progress while a request or a response is under way


class Handler(WSGIHandler):  # type: ignore[misc]
    """pywsgi's handler with a timeout; the original waits for the rest of a request for ever."""

    def __init__(self, sock: Any, *rest: Any) -> None:
        sock.settimeout(IDLE_TIMEOUT_S)
        super().__init__(sock, *rest)


def serve(settings: Settings, *, workers: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish pending requests and close."""
    if workers:
        _serve_with_gunicorn(settings, workers)
    else:
        serve_app(create_app(settings))


def serve_app(app: Flask) -> None:
    """Serve one application in this process."""
    services: Services = app.extensions["backchannel"]
    settings = services.settings
    _allow_many_connections()
    server = WSGIServer((settings.host, settings.port), app, log=None, error_log=sys.stderr, handler_class=Handler)
    try:
        server.start()
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # saves 40 ms between a response's head and its body
    except OSError as fault:
        if isinstance(fault, socket.gaierror):
            raise Invalid(
                f"“{settings.host}” isn't an address of this machine. Choose another with --host, such as 0.0.0.0."
            ) from None
        reason = os.strerror(fault.errno or 0).lower()
        raise AlreadyExists(
            f"Can't listen on {settings.host}:{settings.port}: {reason}. Choose another port with --port."
        ) from None
    print(f"Backchannel listens on {settings.public_url or _address(server)}", flush=True)
    _start_background(app)
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(sign, stop.set)
    stop.wait()
    server.stop(timeout=SHUTDOWN_GRACE_S - 1)
    services.store.close()


def _allow_many_connections() -> None:
    """Raise the limit on open files: every follower is one, and the usual soft limit is 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _start_background(app: Flask) -> None:
    """Poll feeds, revise placements and watch for stalls in this process.

    A lease on each feed keeps two processes from polling it at once.
    """
    services: Services = app.extensions["backchannel"]
    app.extensions["backchannel watchdog"] = watchdog = Watchdog()
    gevent.spawn(watchdog.run)
    gevent.spawn(Poller(services.store, services.desk, services.settings).run_for_ever)
    gevent.spawn(Reviser(services.desk).run_for_ever)
    aside = gevent.get_hub().threadpool.apply  # a native thread
    gevent.spawn(Watcher(services.store, services.desk, services.settings, aside).run_for_ever)


def _address(server: Any) -> str:
    host = f"[{server.server_host}]" if ":" in server.server_host else server.server_host
    return f"http://{host}:{server.server_port}"


def _serve_with_gunicorn(settings: Settings, workers: int) -> None:
    from gunicorn.app.base import BaseApplication  # only needed for several processes

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = {
                "bind": f"{settings.host}:{settings.port}", "workers": workers, "worker_class": "gevent",
                "graceful_timeout": SHUTDOWN_GRACE_S, "control_socket_disable": True,
            }  # fmt: skip
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            app = create_app(settings)
            _start_background(app)
            return app

    Application().run()
