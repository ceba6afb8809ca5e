"""Who stands where."""

from leaderboards.selectors.boards import BoardPage, Row, board, rank_of

__all__ = ["BoardPage", "Row", "board", "rank_of"]
