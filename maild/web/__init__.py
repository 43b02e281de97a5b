"""Pages for customers: registering by a link, one's own requests, and what one says of oneself. Requests in, pages out.

`app.new_app(site)` makes the pages, `server.WebServer` serves them inside the daemon's loop. Laws: GET changes nothing
(link scanners, previews, HEAD); what a link in a notice shows gives no rights; what may not be seen looks like what is
not there; no script runs, and everything works without one; nothing of a request's URL is ever logged (it may hold a
secret). SQL is in `store`, words in `words`, HTML in `pages`.
"""
