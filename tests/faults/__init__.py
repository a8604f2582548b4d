"""What happens to an archive when everything goes wrong: kills, losses of power, failing disks, damage.

    archives   the archives, the ways to change them, and what must hold whatever happened
    events     sees each thing that a process does to the file system, and may act before it
    power      the states that a disk can be in after a loss of power

Each harness is also run against a mutant that it has to catch. `scripts/test` runs a part of the points,
drawn the same each time; `scripts/torture` runs them all.
"""
