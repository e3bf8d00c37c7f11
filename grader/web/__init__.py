"""The course site: what a browser shows, and what it sends.

How a room is built:

- A room is a folder with a `routes` tuple in its `routes.py`, which `application` puts together.
  Its templates lie in `templates/ROOM/`, its style in `static/ROOM.css`, its ES modules in
  `static/ROOM.js`; a page names them in its blocks `styles` and `scripts` with `static("...")`.
- An endpoint is a plain function, run in a thread, under `@needs("student")`, `@needs("grader")`
  or `@needs("owner")`; what is open to all is under `@open_to_all`. One that reads a form is under
  `@with_form` as well, innermost, and is given the form as its second argument.
- `site_of(request)` is the `Site`; `person_of(request)` the `SignedIn` who asks.
  Rights on an object (an attempt, a hand-in) are asked in the use case, by `person`.
- `page(request, "room/name.html", **values)` renders; text goes through `grader.text.clean` there.
  `moved(request, "/path")` answers a form that did something: POST, 303, GET.
- `refuse(404, "sentence")` ends a request with a page; so does any `GraderError` that is raised.
- A page extends `base.html` and fills `title`, `content` and, where it has them, `styles`,
  `scripts`; its only `h1` is in `content`. `class="wide"` on `main` comes with `{% set wide %}`.
- No inline style, script or handler: the policy of the headers forbids them.
- Nothing here parses or runs what students hand in.
"""
