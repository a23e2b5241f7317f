"""What is put before an authority or an auditor: papers of the log, the realms and a register, each cell sourced."""
