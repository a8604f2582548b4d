"""What every reader of files uses: outcomes, options, byte streams, safe XML, and the draft of an article."""
