"""Messages: a spool folder that a gateway (SMS, e-mail, portal) empties."""
