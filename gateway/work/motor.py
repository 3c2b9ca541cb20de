"""DBOS, as little of it as we need: start a workflow under an id, take over those of a process that is gone.

It has a database of its own (`werk.sqlite`, or the schema `dbos`), and makes no network calls beside that. What it
keeps may be lost: our tables are the truth, and what they say is undone is started anew. That is why its SQLite file
needs no sync at every commit, which makes it ten times faster.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID

_VERSIE = "1"
"""One for all releases: else nobody would take up what a process of the release before left behind."""
_DRADEN = 16
_PEIL_SECONDEN = 0.2
"""How often DBOS looks whether it must stop: what a stop may take."""
_BEWAAR = timedelta(days=1)
_PER_KEER = 500


class Motor:
    """The DBOS of this process; there can be one at a time. Workflows get row ids only, never anything of a person."""

    def __init__(self, url: str, executor: str) -> None:
        """`url` of a SQLite file (made when needed, for its owner alone) or of the PostgreSQL database of the store."""
        self._url = url
        self._executor = executor
        self._engine: sa.Engine | None = None

    def start(self) -> None:
        """Launch; raises what the database raises."""
        logboek = logging.getLogger("dbos")  # its messages quote whatever went wrong; ours say what matters
        logboek.addHandler(logging.NullHandler())
        logboek.propagate = False
        instelling: DBOSConfig = {
            "name": "oso-gateway",
            "system_database_url": self._url,
            "executor_id": self._executor,
            "application_version": _VERSIE,
            "enable_otlp": False,
            "log_level": "CRITICAL",
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": _PEIL_SECONDEN,
            "max_executor_threads": _DRADEN,
            "sys_db_pool_size": 5,
        }
        if self._url.startswith("sqlite"):
            self._engine = _sqlite(self._url)
            instelling["system_database_engine"] = self._engine
        DBOS(config=instelling)
        try:
            DBOS.launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End; workflows under way are not waited for."""
        with suppress(Exception):  # what remains are daemon threads, and the process is about to end
            DBOS.destroy()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def begin(self, workflow: Callable[..., Any], id_: str, *argumenten: str) -> None:
        """Start a workflow in this process at once; harmless when one of that id was started before."""
        with SetWorkflowID(id_):
            DBOS.start_workflow(workflow, *argumenten)

    def neem_over(self, executor: str) -> None:
        """Let this or another living process go on with what a dead one was doing; harmless to repeat."""
        # Not the public resume_workflow: only this one looks, in the same statement, whether the workflow still
        # belongs to the dead process.
        DBOS._recover_pending_workflows([executor])

    def vergeet_oude(self) -> int:
        """Delete the records of workflows that ended more than a day ago."""
        voor = (datetime.now(UTC) - _BEWAAR).isoformat()
        weg = 0
        while oude := DBOS.list_workflows(
            end_time=voor,
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            limit=_PER_KEER,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([een.workflow_id for een in oude])
            weg += len(oude)
        return weg


def _sqlite(url: str) -> sa.Engine:
    pad = Path(sa.make_url(url).database or "")
    with suppress(FileExistsError):
        os.close(os.open(pad, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    engine = sa.create_engine(url, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _stel_in(verbinding: Any, _: object) -> None:
        verbinding.isolation_level = "IMMEDIATE"  # as DBOS sets it for an engine of its own
        for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            verbinding.execute(f"PRAGMA {pragma}")

    return engine
