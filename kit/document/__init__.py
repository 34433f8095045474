"""What is shown, as data: typed blocks that a chapter or a result is made of, and that each renderer reads.

Below `kit.analysis`, so that a result can show itself. A number stays a number here until a renderer prints it.
"""
