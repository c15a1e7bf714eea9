"""Send what is due."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.stopping import StopRequest
from followups.running import run_loop, run_once


class Command(BaseCommand):
    """Plans follow-ups and sends what is due: once, or until it is told to stop."""

    help = "Plan follow-ups and send what is due. With --loop it goes on until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--loop", action="store_true", help="look for due rows every 5 seconds")
        way.add_argument("--once", action="store_true", help="send what is due now and end (the default)")

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = StopRequest()
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            run_loop(stop) if options["loop"] else run_once(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
