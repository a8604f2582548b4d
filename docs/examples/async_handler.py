"""Answer searches in an asynchronous program, and end those that nobody waits for any more.

python async_handler.py index_data 'harbour strike' storm

A search runs in a thread of its own. Threads share the archive, and searches wait for nobody. When the task
is cancelled, as web frameworks do when a client goes away, the deadline is cancelled too: the thread ends.
"""

import asyncio
import sys

from search.query import Archive, Deadline, Results, open_archive


async def answer(archive: Archive, query: str) -> Results:
    deadline = Deadline.after(2.0)
    try:
        return await asyncio.to_thread(archive.search, query, limit=1, timeout=deadline)
    except asyncio.CancelledError:
        deadline.cancel()
        raise


async def main(location: str, *queries: str) -> None:
    with open_archive(location) as archive:
        for results in await asyncio.gather(*(answer(archive, query) for query in queries)):
            print(results.total, results.read_as)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
