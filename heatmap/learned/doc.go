// Package learned makes heatmaps with a small model, and trains such models. Importing it
// registers the source learned:model=FILE with package heatmap.
//
//	m, err := learned.Build(ctx, in, nb, learned.ShippedModel())
//
// A model with one hidden layer of 16 units judges each pair of cities of which one is among the
// other's 10 nearest or first 8 by alpha-nearness, from 21 features without a unit
// ([FeatureNames]); [Trainer] fits it with gonum. The shipped one, model.json, comes from
//
//	tspmcts generate --format lines --cities 500 --count 50 --seed 5000 --out tru500.txt
//	tspmcts generate --format lines --cities 500 --count 50 --seed 6000 --kind clustered --clusters 5 --out trc500.txt
//	tspmcts generate --format lines --cities 1000 --count 25 --seed 8000 --out tru1000.txt
//	tspmcts generate --format lines --cities 1000 --count 25 --seed 7000 --kind clustered --clusters 20 --out trc1000.txt
//	tspmcts heatmap train --set tru500.txt,trc500.txt,tru1000.txt,trc1000.txt --hidden 16 --iterations 150 --out model.json
//
// with seed 1: 478,937 pairs of 120 instances that the search solved, in two minutes. The other 30
// instances were held out: log-loss 0.1142 a pair (0.1115 in training); in nats a city
// 0.683, against 0.775 of alpha and 1.306 of gtprior; recall at 5 0.9946, 0.9915 and 0.9615.
// The README has the same for other instances. With a later search the tours differ
// in a few edges, and so does the model in its digits.
package learned
