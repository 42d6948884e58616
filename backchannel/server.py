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
from backchannel.domain.errors import AlreadyExists, Invalid
from backchannel.factory import create_app
from backchannel.ingest.poller import Poller
from backchannel.live.services import Services

SHUTDOWN_GRACE_S = 3  # seconds between SIGTERM and the end
IDLE_TIMEOUT_S = 75.0  # seconds that a connection may say nothing while something of it is awaited, or take nothing of an answer


class Handler(WSGIHandler):  # type: ignore[misc]
    """pywsgi's, which by itself would wait for ever for the rest of a request."""

    def __init__(self, sock: Any, *rest: Any) -> None:
        sock.settimeout(IDLE_TIMEOUT_S)
        super().__init__(sock, *rest)


def serve(settings: Settings, *, workers: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT; then take nothing more, answer what is under way, and close."""
    if workers:
        _serve_with_gunicorn(settings, workers)
    else:
        serve_app(create_app(settings))


def serve_app(app: Flask) -> None:
    services: Services = app.extensions["backchannel"]
    settings = services.settings
    _allow_many_connections()
    server = WSGIServer((settings.host, settings.port), app, log=None, error_log=sys.stderr, handler_class=Handler)
    try:
        server.start()
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer's body waits 40 ms for its head
    except OSError as fault:
        if isinstance(fault, socket.gaierror):
            raise Invalid(f"“{settings.host}” is no address of this machine: give one with --host, like 0.0.0.0.") from None
        reason = os.strerror(fault.errno or 0).lower()
        raise AlreadyExists(f"Cannot listen on {settings.host}:{settings.port}: {reason}. Give another with --port.") from None
    print(f"Backchannel listens on {settings.public_url or _address(server)}", flush=True)
    _start_poller(services)
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(sign, stop.set)
    stop.wait()
    server.stop(timeout=SHUTDOWN_GRACE_S - 1)
    services.store.close()


def _allow_many_connections() -> None:
    """Each follower is an open file; the soft limit, often 1,024, is for programs that do not expect so many."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _start_poller(services: Services) -> None:
    """In every process: a lease on each feed keeps two from asking at the same time."""
    gevent.spawn(Poller(services.store, services.desk, services.settings).run_for_ever)


def _address(server: Any) -> str:
    host = f"[{server.server_host}]" if ":" in server.server_host else server.server_host
    return f"http://{host}:{server.server_port}"


def _serve_with_gunicorn(settings: Settings, workers: int) -> None:
    from gunicorn.app.base import BaseApplication  # imported late: it is not needed for one process

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
            _start_poller(app.extensions["backchannel"])
            return app

    Application().run()
