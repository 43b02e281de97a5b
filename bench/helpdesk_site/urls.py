"""Addresses of the site's pages; tickets link to them."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls"))]
