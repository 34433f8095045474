"""The workbooks that leave the kit encrypted: each manager's, which comes back filled in, and the branch head's.

``form`` says what a manager may fill in; ``content`` and ``cards`` make pages of a branch's plan and customers,
``write`` a workbook of the pages, ``calendar`` the same plan as a calendar; ``read`` knows again what comes back.
``load`` is the branch head's page, ``sheets`` how frames and lists become sheets. Frames are handed in: nothing here
knows how a plan is made, so that intake may read what the run has written.
"""
