"""The whole pipeline in memory: models of AWS drive the real code through faults, and properties are checked after."""
