"""The pages for people: each is a task that gathers all of its data in one call and answers with HTML.

    render     templates to bytes, in which every value is escaped      assets    style, script, icon
    results    a page of hits        strip      its timeline            narrowing its filters
    article    one article           relations  the articles and versions that belong to it
    counts     several queries over time, all values of a field, distinctive words
    standing   start, help, about, export

`search.web.site` has their routes, and `search.web.address` their addresses.
"""
