"""The ear: a public tagger of sounds before what is ours."""
