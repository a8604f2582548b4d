"""The archive over HTTP: one table of operations makes the routes and their description in OpenAPI.

app          requests to tasks, and answers to responses
operations   the table; parameters reads what a request asks, tasks is evaluated in another process
pages        the pages for people; site has their routes, address their addresses
problems     every error as `application/problem+json`
security     hosts, origins, tokens, sizes, headers, and a log without queries
server       uvicorn on a socket, until a signal
"""
