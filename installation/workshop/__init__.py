"""What a workshop draws and sounds on: the stage, its sound, the sketch as a file, its mistakes in plain words."""
