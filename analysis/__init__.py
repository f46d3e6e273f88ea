"""The room that looks: log readers, states and cycles, all plots, all reports."""
