"""OSO gateway: carries pupil dossiers between schools over the Overstapservice Onderwijs."""
