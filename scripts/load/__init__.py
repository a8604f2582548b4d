"""Load on `news serve`, on this machine only: its cost beside another server, crowds, bad queries, and time.

clients   connections that ask and measure
servers   the processes that are asked, their CPU and their memory
beside    our server and Datasette over the same articles, asked in turns
pressure  more clients than can be answered, and bad queries beside good ones
lasting   minutes of clients, with commits and killed evaluators
"""
