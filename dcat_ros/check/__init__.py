"""What `dcat check` finds out about a bag or a running robot before anybody scores or trains."""
