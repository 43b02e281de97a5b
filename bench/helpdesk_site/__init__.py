"""A Django site with django-helpdesk and nothing else. Runs in the peers' environment, not in maild's."""
