"""How a hand moves in a film, or a pen on a tablet: it teaches, and no node hears it."""
