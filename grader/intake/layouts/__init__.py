"""What downloads of other systems look like: one file a layout, behind one small contract."""
