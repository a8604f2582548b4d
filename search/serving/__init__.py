"""Many questions to one archive at once: processes that evaluate, and a fair room in which questions wait.

Nothing here knows HTTP. A question comes as a `Task`, and an answer leaves as an `Answer`, which is bytes.

    Front ─ WaitingRoom ─ Evaluator ══ pipes ══ child: its own read-only Archive
      └ Cache, by the version of the archive
"""

from search.serving.front import Busy, EvaluatorFailed, Front, TooManyRequests
from search.serving.task import Answer, Export, Task

__all__ = ["Answer", "Busy", "EvaluatorFailed", "Export", "Front", "Task", "TooManyRequests"]
