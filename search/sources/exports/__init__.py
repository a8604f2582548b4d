"""Exports of research archives: Nexis, Factiva, ProQuest, Europresse, and RIS."""
