"""Classifies the lines of a file with Spark's rdd.pipe: `pipe.py MASTER FILE PARTITIONS OUTPUT`.

Prints how many executors took part. The classifier is a filter without state, one process a partition; checkCode makes
texts that could not be classified fail the job. Without env, PySpark starts programs with an empty environment.
"""
import os
import sys

from pyspark.sql import SparkSession

master, file, partitions, output = sys.argv[1:]
spark = SparkSession.builder.master(master).appName('bertweet-wasm').config('spark.ui.enabled', False).getOrCreate()
lines = spark.sparkContext.textFile(file, int(partitions))
labelled = lines.pipe('bertweet-wasm classify', env={'PATH': os.environ['PATH']}, checkCode=True)
labelled.saveAsTextFile(output)
trackers = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
print(len(trackers) - (0 if master.startswith('local[') else 1))
spark.stop()
