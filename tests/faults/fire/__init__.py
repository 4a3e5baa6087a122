"""Callbacks under fire: a whole hotline of real processes, which are killed while two hundred people are called back.

`python -m tests.faults.fire` (`make fire`) is the long run and writes docs/reliability.md; the test beside this folder
is the short one. Both are one course: `plan` says how much of what, `parts` runs the processes, `town` has the people,
`arson` does the damage, `watch` writes down what the database says meanwhile, and `verdict` judges afterwards.
"""
