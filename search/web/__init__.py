"""The archive over HTTP: one table of operations makes the routes and their description in OpenAPI.

app          the routes: requests to tasks, and answers to responses; exports are streams
operations   the table of the API, which openapi describes; known has the addresses read before
parameters   what a request asks; tasks and studies are evaluated in another process, forms are their outputs
pages        the pages for people; site answers with them, page_parameters and address have their addresses
problems     every error as `application/problem+json`
security     hosts, origins (cors), tokens, clients, sizes, headers, and a log without queries
server       uvicorn on a socket, until a signal
"""
